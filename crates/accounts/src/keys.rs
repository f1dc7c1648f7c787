//! Keys.

/// Signs and checks tokens (HMAC-SHA-256). At least two keys can be live; the newest signs.
pub struct TokenKeys {}

impl TokenKeys {
    /// The `kid` of the key that signs.
    pub fn newest(&self) -> &str {
        todo!()
    }

    /// The signature of `message` under the newest key.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        todo!()
    }

    /// Whether `signature` is that of `message` under the key `kid`, in constant time; no for a `kid` that is not in our table.
    pub fn verify(&self, kid: &str, message: &[u8], signature: &[u8]) -> bool {
        todo!()
    }
}
