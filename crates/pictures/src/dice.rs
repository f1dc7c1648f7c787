//! Numbers from random bytes.

/// Bytes asked for at a time, so that a picture's grain does not cost a call for each pixel.
const POOL: usize = 4096;

/// Draws numbers from a source of random bytes.
pub(crate) struct Dice<'a> {
    fill: &'a mut dyn FnMut(&mut [u8]),
    pool: Box<[u8; POOL]>,
    used: usize,
}

impl<'a> Dice<'a> {
    /// Dice fed by `fill`, which fills the whole slice it is given.
    pub(crate) fn new(fill: &'a mut dyn FnMut(&mut [u8])) -> Self {
        Self {
            fill,
            pool: Box::new([0; POOL]),
            used: POOL,
        }
    }

    /// A random byte.
    pub(crate) fn byte(&mut self) -> u8 {
        if self.used == POOL {
            (self.fill)(self.pool.as_mut_slice());
            self.used = 0;
        }
        let byte = self.pool[self.used];
        self.used += 1;
        byte
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// A number in `0..bound`. Scaling 32 bits down favours no number by more than `bound` in 2^32.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }

    /// A number between `low` and `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.word() >> 8) as f32 / (1 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_their_bounds() {
        for value in [0x00, 0x7f, 0xff] {
            let mut fill = |bytes: &mut [u8]| bytes.fill(value);
            let mut dice = Dice::new(&mut fill);
            assert!(dice.below(220) < 220);
            assert!((-3.0..=5.0).contains(&dice.between(-3.0, 5.0)));
        }
    }

    #[test]
    fn the_pool_is_refilled_and_never_reused() {
        let mut calls = 0;
        let mut fill = |bytes: &mut [u8]| {
            calls += 1;
            bytes.fill(calls);
        };
        let mut dice = Dice::new(&mut fill);
        let drawn: Vec<u8> = (0..2 * POOL).map(|_| dice.byte()).collect();
        assert!(drawn[..POOL].iter().all(|byte| *byte == 1));
        assert!(drawn[POOL..].iter().all(|byte| *byte == 2));
    }
}
