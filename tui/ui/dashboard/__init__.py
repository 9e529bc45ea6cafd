"""The session's figures on the whole screen: how they are spread, compared and paid for."""
