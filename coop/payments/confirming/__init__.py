"""The bank accounts that the co-op pays to: whoever gave one does not decide alone that it is paid to."""
