//! Randomness, which comes in from outside.

/// Where random bytes come from. The server asks the operating system; tests use a seeded stream.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes fit for keys and codes.
    fn fill(&self, bytes: &mut [u8]);

    /// Fills each of `numbers` as [`Entropy::fill`] would, one after the other. Where asking takes longer than drawing, all
    /// are asked for at once.
    fn fill_each(&self, numbers: &mut [[u8; 4]]) {
        for number in numbers {
            self.fill(number);
        }
    }
}

/// Shapes drawn from an [`Entropy`].
pub mod draw {
    use zeroize::Zeroizing;

    use super::Entropy;

    /// `N` random bytes.
    pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
        let mut drawn = [0; N];
        entropy.fill(&mut drawn);
        drawn
    }

    /// A number in `0..bound`, every one equally likely; `bound` is at least 1.
    pub fn below(entropy: &dyn Entropy, bound: u32) -> u32 {
        reduce(bytes(entropy), entropy, bound)
    }

    /// A drawn number, brought into `0..bound`.
    fn reduce(mut drawn: [u8; 4], entropy: &dyn Entropy, bound: u32) -> u32 {
        // Values past the last whole multiple of `bound` would favour the small numbers, so they are drawn again.
        let limit = u32::MAX - u32::MAX % bound.max(1);
        loop {
            let number = u32::from_le_bytes(drawn);
            if number < limit {
                return number % bound.max(1);
            }
            drawn = bytes(entropy);
        }
    }

    /// `length` characters, each drawn from the ASCII `alphabet` with equal likelihood.
    pub fn text(entropy: &dyn Entropy, alphabet: &[u8], length: usize) -> String {
        let size = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
        let mut drawn = Zeroizing::new(vec![[0; 4]; length]);
        entropy.fill_each(&mut drawn);
        let letter = |number: &[u8; 4]| char::from(alphabet[reduce(*number, entropy, size) as usize]);
        drawn.iter().map(letter).collect()
    }

    /// The lower-case Latin letters.
    pub const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    /// The decimal digits.
    pub const DIGITS: &[u8] = b"0123456789";
    /// Lower-case hexadecimal digits.
    pub const LOWER_HEX: &[u8] = b"0123456789abcdef";
    /// Upper-case hexadecimal digits.
    pub const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
    /// Letters and digits, none of which can be taken for another.
    pub const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

    /// Whether a text could have been drawn: `length` characters, each of [`ALPHANUMERIC`].
    pub fn is_drawn_alphanumeric(text: &str, length: usize) -> bool {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
    }
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn what_could_have_been_drawn_is_of_the_alphabet() {
        for byte in 0..=127_u8 {
            let text = char::from(byte).to_string();
            let is_of_it = draw::ALPHANUMERIC.contains(&byte);
            assert_eq!(draw::is_drawn_alphanumeric(&text, 1), is_of_it, "{text:?}");
        }
        assert!(!draw::is_drawn_alphanumeric("a1", 1));
    }
}
