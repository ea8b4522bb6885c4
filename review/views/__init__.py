"""Pages of the review: the officer's desk, the board, the decision."""
