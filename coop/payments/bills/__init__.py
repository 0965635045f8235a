"""Bills of suppliers and expense claims of participants: entered by one person, approved by another, posted, and paid."""
