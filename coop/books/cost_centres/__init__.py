"""Cost centres on the pages of the books: a tree of services and projects, and what each earned and cost."""
