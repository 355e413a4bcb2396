// Async/await
async function getToken() {
const response = await fetch('https://api.kamoa.io/auth/token', {
method: 'POST',
headers: {
'Content-Type': 'application/json'
},
body: JSON.stringify({
clientId: 'your-client-id',
secret: 'your-client-secret'
})
});
const data = await response.json();
return data.token;
}
// Using the token
const token = await getToken();
const apiResponse = await fetch('https://api.kamoa.io/protected-endpoint', {
headers: {
'Authorization': ` ${token}`
}
});
