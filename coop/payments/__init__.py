"""Money that is asked for and received: requests with a reference, and bank receipts."""
