//! Whether this process can do its work now: named checks that a load balancer asks about.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How long one check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something the process needs in order to serve: the store, the index, the listeners.
pub trait Probe: Send + Sync {
    /// `Err` says in a few words what is missing. No secrets: it is shown to whoever asks.
    fn probe(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>>;
}

/// A probe that its owner turns on and off.
#[derive(Debug)]
pub struct Flag(RwLock<Result<(), String>>);

impl Flag {
    /// Not ready yet, for this reason.
    #[must_use]
    pub fn down(reason: impl Into<String>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Err(reason.into()))))
    }

    /// Sets the state.
    pub fn set(&self, state: Result<(), String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl Probe for Flag {
    fn probe(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(state))
    }
}

/// All checks of the process. Cheap to clone; checks may be added while it serves.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Arc<RwLock<Vec<Check>>>,
}

type Check = (&'static str, Arc<dyn Probe>);

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(checks.iter().map(|(name, _)| name)).finish()
    }
}

impl Readiness {
    /// Adds a check under this name.
    pub fn add(&self, name: &'static str, probe: Arc<dyn Probe>) {
        self.checks.write().unwrap_or_else(PoisonError::into_inner).push((name, probe));
    }

    /// Asks all checks, at the same time. Ready when none fails.
    pub async fn ask(&self) -> Vec<(&'static str, Result<(), String>)> {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        futures_util::future::join_all(checks.into_iter().map(async |(name, probe)| {
            let state = tokio::time::timeout(PATIENCE, probe.probe()).await;
            (name, state.unwrap_or_else(|_| Err("no answer in time".to_owned())))
        }))
        .await
    }
}
