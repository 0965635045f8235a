"""The ground under ledger, governance and coop: what makes a record provable.

Canonical JSON, digests, the hash chain, column types, identifiers, the rules that the database itself enforces, and the base
class of refusals. It knows no account, no ballot and no member.
"""
