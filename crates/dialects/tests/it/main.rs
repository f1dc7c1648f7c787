//! What the wires say, printed: the reference of their calls, and their words for every way in which one can fail.

mod failures;
mod routes;
