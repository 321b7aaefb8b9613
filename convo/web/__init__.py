"""HTTP for programs: webhooks of providers, the API, health."""
