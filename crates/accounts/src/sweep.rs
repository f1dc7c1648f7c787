//! Sweeping.
