echo -n "your-client-id:your-client-secret" | base64
