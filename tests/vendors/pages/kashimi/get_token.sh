curl --request POST "https://api.kashimi.tech/api/v1/auth/token" \
  --header "Authorization: Basic BASE64_CLIENT_CREDENTIALS" \
  --header "Content-Type: application/x-www-form-urlencoded" \
  --data-urlencode "grant_type=client_credentials" \
  --data-urlencode "scope=payments:read payments:write providers:read"
