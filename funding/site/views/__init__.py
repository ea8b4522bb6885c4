"""The views of the roof, by who uses them."""
