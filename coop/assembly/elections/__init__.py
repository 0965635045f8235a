"""Elections before and after their vote: calling one, standing, nominating, and recording the board."""
