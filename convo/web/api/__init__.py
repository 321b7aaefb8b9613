"""The API under `/v1`, for applications."""
