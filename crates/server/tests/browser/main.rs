//! The pages as a person meets them: the real binary, and Chromium driven through chromedriver.
//!
//! Screenshots go to `target/screenshots/`. Where there is no Chromium these tests are left out, which in CI is a failure.

#[cfg(test)]
#[path = "../harness/mod.rs"]
mod harness;

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod circumstances;
#[cfg(test)]
mod console;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod every_page;
#[cfg(test)]
mod hands;
#[cfg(test)]
mod office;
#[cfg(test)]
mod own_account;
#[cfg(test)]
mod own_checks;
#[cfg(test)]
mod people;
#[cfg(test)]
mod setting_up;
#[cfg(test)]
mod slider;
