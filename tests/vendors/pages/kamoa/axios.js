const axios = require('axios');
async function getToken(clientId, secret) {
try {
const response = await axios.post('https://api.kamoa.io/auth/token', {
clientId,
secret
});
return response.data.token;
} catch (error) {
console.error('Authentication failed:', error.response?.data?.message);
throw error;
}
}
// Usage
const token = await getToken('your-client-id', 'your-client-secret');
// Configure axios with token
const apiClient = axios.create({
baseURL: 'https://api.kamoa.io',
headers: {
'Authorization': ` ${token}`
}
});
