"""What the API takes and gives, as pydantic models: of the server, its description and `convo.Client`."""
