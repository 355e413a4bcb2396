# Use token in subsequent requests
curl -X GET https://api.kamoa.io/protected-endpoint \
-H "Authorization: your-jwt-token"
