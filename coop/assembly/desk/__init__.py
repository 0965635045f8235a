"""The scrutineers' desk: votes on paper and in the room, from the ballot that is handed out to the sheets that are counted."""
