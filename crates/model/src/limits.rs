//! Every bound there is, in one list.
