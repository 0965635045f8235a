"""Attachments: receipts and other papers, each held by the SHA-256 of its bytes and linked to by the room that has asked for it."""
