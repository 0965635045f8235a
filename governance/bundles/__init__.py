"""Result bundles: all that is needed to check a counted vote and to count it again, as one ZIP that is always the same.

`files_of` makes the files from the database, `packing` puts them into a ZIP and takes them out, `checking` checks them through the
code of this program. `verify.py` is one of the files: it does the same by itself, and is no part of the program. A bundle holds
references, codes and numbers, never a name or a word that somebody wrote, so that erasing these changes no bundle.
"""

from governance.bundles.contents import files_of

__all__ = ["files_of"]
