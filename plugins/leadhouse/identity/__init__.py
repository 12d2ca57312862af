"""People and keys: who they are, how they prove it, which organizations they work in, and what they did.

Modules by what they do: `sign_up`, `sign_in`, `sessions`, `access_tokens`, `passwords`, `second_factors`,
`external_identities`, `api_keys`, `invitations`, `members`, `teams`, `accounts`, `preferences`, `audit`.
Functions that take a `connection` run in its transaction, as the caller or as the component, as they say; the others
open one.
"""
