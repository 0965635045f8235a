"""The demonstration: Kanopi, a co-operative of conservation practitioners, built by calling the operations of every room."""
