"""How dates are written where Django's formats are not what people in Germany read."""
