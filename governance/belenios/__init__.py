"""What is handed over to Belenios (https://www.belenios.org), and what is read of an election that was counted there."""
