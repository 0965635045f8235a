"""The statements as pages and files: what is asked for, the three that are compared, and the lists."""
