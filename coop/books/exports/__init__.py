"""The books as files: the journal in every format, and the files of closed years, the same bytes for ever."""
