"""What `/phone` is made of: which phone it is, what is seen on it, and what its forms do."""
