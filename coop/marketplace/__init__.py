"""What is sold here: the co-operative's fellowships and coaching, and what members sell through it."""
