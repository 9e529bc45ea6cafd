"""What the user can do: the table of actions, their keys, and one method for each of them."""
