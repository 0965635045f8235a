"""Acts that bind many: prepared by one person, approved by another, and then run exactly as they were prepared."""
