//! Hashing passwords with Argon2id (RFC 9106) on a few threads that each keep their memory.
//!
//! Their priority is lower than that of whoever answers, so that many who sign in do not slow the others down.
//! Memory is threads × `memory_kib`, however many sign in at once; who comes when the queue is full is refused at once.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use yaopai_argon2_simd::{Argon2id, Kernel, Memory};
use yaopai_model::limits::HASH_MEMORY_KIB;
use yaopai_model::{Entropy, Password, draw};

use crate::keys::are_equal;
use crate::{Fault, Outcome, Refusal, thread_priority};

const OUTPUT_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// What a hash costs, and how many are made at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashingSettings {
    /// Memory of one hash in KiB, at most `limits::HASH_MEMORY_KIB`.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes (Argon2's `p`).
    pub lanes: u32,
    /// Threads that hash.
    pub threads: NonZeroUsize,
    /// Hashes that may wait for a thread.
    pub queue: usize,
    /// What each thread keeps of a core, in percent, where requests would take all of it; fifty and more are an equal's.
    pub share_percent: u32,
}

impl HashingSettings {
    fn params(&self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT_BYTES))
    }
}

/// The threads and the way to them.
pub(crate) struct PasswordHasher {
    jobs: SyncSender<Job>,
    places: Arc<Semaphore>,
    capacity: usize,
    dummy: String,
}

/// A place in the queue, held from before the try is counted, so that whoever is counted is also heard.
pub(crate) struct Place(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

/// What came of holding a password against a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    /// Whether it is the password.
    pub(crate) matches: bool,
    /// Whether the hash was made with other parameters than are set now.
    pub(crate) is_outdated: bool,
}

/// What a thread is to do, with the place that it takes until it is done, also when nobody waits for it any more: or else
/// those who hang up could fill the queue behind the back of those who were given a place in it.
struct Job {
    work: Work,
    place: Place,
}

enum Work {
    Hash {
        password: Password,
        salt: [u8; SALT_BYTES],
        answer: oneshot::Sender<Option<String>>,
    },
    Verify {
        password: Password,
        hash: String,
        answer: oneshot::Sender<Option<Verified>>,
    },
}

impl PasswordHasher {
    /// Starts the threads.
    pub(crate) fn start(settings: &HashingSettings, entropy: &dyn Entropy) -> io::Result<Self> {
        let params = settings
            .params()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        let kernel = Kernel::detect();
        let capacity = settings.queue + settings.threads.get();
        let (jobs, queue) = sync_channel(capacity);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..settings.threads.get() {
            let (queue, params, share_percent) = (Arc::clone(&queue), params.clone(), settings.share_percent);
            thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || {
                    let lowered = thread_priority::lower_to(share_percent);
                    // What one of them is refused, all are.
                    if let (Err(error), 0) = (lowered, number) {
                        tracing::warn!(
                            %error,
                            "散列线程的优先级无法降低 / hashing threads run at full priority: many who sign in at once will \
                             slow other calls"
                        );
                    }
                    Worker::new(params, kernel).run(&queue);
                })?;
        }
        // Nobody's hash, so it need not be one of a password: making that would take as long as the rest of the start.
        let dummy = phc(&params, &draw::bytes::<SALT_BYTES>(entropy), &[0; OUTPUT_BYTES])
            .ok_or_else(|| io::Error::other("a hash cannot be written down"))?;
        Ok(Self {
            jobs,
            places: Arc::new(Semaphore::new(capacity)),
            capacity,
            dummy,
        })
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// `Overloaded` when there is none.
    pub(crate) fn place(&self) -> Outcome<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned();
        Ok(Place(permit.map_err(|_| Refusal::Overloaded)?))
    }

    /// How many hashes are being made or wait.
    pub(crate) fn depth(&self) -> usize {
        self.capacity - self.places.available_permits()
    }

    /// How many may be made and wait.
    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// The PHC string of a password under a fresh salt.
    pub(crate) async fn hash(&self, place: Place, password: Password, entropy: &dyn Entropy) -> Outcome<String> {
        let (answer, hashed) = oneshot::channel();
        let work = Work::Hash {
            password,
            salt: draw::bytes(entropy),
            answer,
        };
        self.submit(Job { work, place })?;
        let hashed = hashed.await.ok().flatten();
        Ok(hashed.ok_or_else(|| Fault::new("a password could not be hashed"))?)
    }

    /// Holds a password against a PHC string; against a dummy where there is none, so that it takes as long.
    pub(crate) async fn verify(&self, place: Place, password: Password, hash: Option<String>) -> Outcome<Verified> {
        let has_hash = hash.is_some();
        let (answer, verified) = oneshot::channel();
        let work = Work::Verify {
            password,
            hash: hash.unwrap_or_else(|| self.dummy.clone()),
            answer,
        };
        self.submit(Job { work, place })?;
        let verified = verified.await.ok().flatten();
        let verified = verified.ok_or_else(|| Fault::new("a stored password hash cannot be read"))?;
        Ok(Verified {
            matches: verified.matches && has_hash,
            ..verified
        })
    }

    fn submit(&self, job: Job) -> Outcome<()> {
        // The queue is as long as there are places, so that it is full only if a thread has died.
        self.jobs.try_send(job).map_err(|_| Refusal::Overloaded.into())
    }
}

/// One thread's parameters, instructions and memory.
struct Worker {
    params: Params,
    kernel: Kernel,
    memory: Memory,
}

impl Worker {
    fn new(params: Params, kernel: Kernel) -> Self {
        Self {
            params,
            kernel,
            memory: Memory::default(),
        }
    }

    fn run(mut self, queue: &Mutex<Receiver<Job>>) {
        loop {
            let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { work, place }) = job else { return };
            // Whoever waited for an answer may have gone; then nobody hears of it.
            match work {
                Work::Hash { password, salt, answer } => drop(answer.send(self.hash(&password, &salt))),
                Work::Verify { password, hash, answer } => drop(answer.send(self.verify(&password, &hash))),
            }
            drop(place);
        }
    }

    fn hash(&mut self, password: &Password, salt: &[u8]) -> Option<String> {
        let params = self.params.clone();
        let output = self.output(&params, password, salt)?;
        phc(&params, salt, &output)
    }

    fn verify(&mut self, password: &Password, hash: &str) -> Option<Verified> {
        let hash = PasswordHash::new(hash).ok()?;
        // Rows come from us, but a bound costs nothing.
        let params = Params::try_from(&hash)
            .ok()
            .filter(|params| params.m_cost() <= HASH_MEMORY_KIB)?;
        let is_ours = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
        let (Some(salt), Some(expected), true) = (hash.salt, hash.hash, is_ours) else {
            return None;
        };
        let output = self.output(&params, password, &salt)?;
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        Some(Verified {
            matches: are_equal(&output, expected.as_bytes()),
            is_outdated: costs(&params) != costs(&self.params),
        })
    }

    fn output(&mut self, params: &Params, password: &Password, salt: &[u8]) -> Option<[u8; OUTPUT_BYTES]> {
        let argon2 = Argon2id {
            kernel: self.kernel,
            version: Version::V0x13,
            params,
            secret: &[],
        };
        let mut output = [0; OUTPUT_BYTES];
        argon2
            .hash(password.as_bytes(), salt, &mut output, &mut self.memory)
            .ok()?;
        // A hash from when more memory was set must not keep it for ever.
        self.memory.shrink_to(self.params.block_count());
        Some(output)
    }
}

/// The PHC string of a hash that was made so.
fn phc(params: &Params, salt: &[u8], output: &[u8; OUTPUT_BYTES]) -> Option<String> {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(output).ok()?),
    };
    Some(hash.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;

    use super::*;

    fn worker(memory_kib: u32) -> Worker {
        let params = Params::new(memory_kib, 1, 1, Some(OUTPUT_BYTES)).unwrap();
        Worker::new(params, Kernel::detect())
    }

    fn password(text: &str) -> Password {
        Password::presented(text).unwrap()
    }

    #[test]
    fn a_hash_fits_its_password_only() {
        let mut worker = worker(64);
        let hash = worker.hash(&password("correct horse"), &[7; SALT_BYTES]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        let right = worker.verify(&password("correct horse"), &hash).unwrap();
        assert_eq!(
            right,
            Verified {
                matches: true,
                is_outdated: false
            }
        );
        assert!(!worker.verify(&password("correct horsf"), &hash).unwrap().matches);
    }

    #[test]
    fn the_hash_is_the_one_that_the_crate_makes_by_itself() {
        let hash = worker(64).hash(&password("correct horse"), &[7; SALT_BYTES]).unwrap();
        let mut alone = [0; OUTPUT_BYTES];
        let params = Params::new(64, 1, 1, Some(OUTPUT_BYTES)).unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"correct horse", &[7; SALT_BYTES], &mut alone)
            .unwrap();
        assert_eq!(PasswordHash::new(&hash).unwrap().hash.unwrap().as_bytes(), alone);
    }

    #[test]
    fn a_hash_of_the_reference_implementation_is_read() {
        let hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(worker(64).verify(&password("password"), hash).unwrap().matches);
        assert!(!worker(64).verify(&password("passwore"), hash).unwrap().matches);
    }

    #[tokio::test]
    async fn whoever_hangs_up_keeps_their_place_until_their_turn_is_over() {
        let settings = HashingSettings {
            memory_kib: 16 * 1024,
            passes: 8,
            lanes: 1,
            threads: NonZeroUsize::MIN,
            queue: 1,
            share_percent: 50,
        };
        let hasher = PasswordHasher::start(&settings, &yaopai_testkit::SeededEntropy::new(1)).unwrap();
        let verify = |place| hasher.verify(place, password("x"), None);
        let (first, second) = (hasher.place().unwrap(), hasher.place().unwrap());
        let mut running = std::pin::pin!(verify(first));
        tokio::select! {
            biased;
            _ = &mut running => panic!("a long hash is over at once"),
            _ = verify(second) => panic!("a long hash is over at once"),
            () = std::future::ready(()) => {}
        }
        assert!(
            hasher.place().is_err(),
            "the second, who hung up, is still in the queue"
        );
        assert!(!running.await.unwrap().matches);
        let again = loop {
            if let Ok(place) = hasher.place() {
                break place;
            }
            tokio::task::yield_now().await;
        };
        assert!(!verify(again).await.unwrap().matches);
    }

    #[test]
    fn older_parameters_are_told_and_their_memory_given_back() {
        let old = worker(256).hash(&password("correct horse"), &[7; SALT_BYTES]).unwrap();
        let mut worker = worker(64);
        assert_eq!(
            worker.verify(&password("correct horse"), &old),
            Some(Verified {
                matches: true,
                is_outdated: true
            })
        );
        assert_eq!(worker.memory.count(), 64);
    }

    #[test]
    fn what_is_no_hash_is_told_from_a_wrong_password() {
        for text in [
            "",
            "$argon2id$",
            "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
            "$2b$12$abc",
        ] {
            assert_eq!(worker(64).verify(&password("x"), text), None, "{text}");
        }
    }
}
