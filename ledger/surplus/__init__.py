"""The surplus of a closed year: how it is shared out, planned line by line, and posted exactly as planned."""
