"""The Flask application: the only part that knows the web and the members."""
