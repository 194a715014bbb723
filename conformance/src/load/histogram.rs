//! Latencies in buckets that grow with the value: about 3 % wide, from a microsecond to minutes.

/// Sixteen buckets for each doubling.
const STEPS: u64 = 16;
/// Doublings covered.
const DOUBLINGS: u64 = 28;

/// Counted latencies in microseconds.
#[derive(Debug, Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let length = usize::try_from(STEPS * DOUBLINGS).unwrap_or(0);
        Histogram {
            buckets: vec![0; length],
            count: 0,
            max: 0,
        }
    }
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, micros: u64) {
        if let Some(bucket) = self.buckets.get_mut(place(micros)) {
            *bucket += 1;
        }
        self.count += 1;
        self.max = self.max.max(micros);
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Histogram) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The slowest.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The latency that this share of all stays below: the upper edge of its bucket.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts far below 2^52"
    )]
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (place, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper_edge(place as u64).min(self.max);
            }
        }
        self.max
    }
}

fn place(micros: u64) -> usize {
    let place = if micros < STEPS {
        micros
    } else {
        let doubling = u64::from(micros.ilog2()) - 4;
        (doubling + 1) * STEPS + (micros >> doubling) - STEPS
    };
    usize::try_from(place.min(STEPS * DOUBLINGS - 1)).unwrap_or(0)
}

fn upper_edge(place: u64) -> u64 {
    if place < STEPS {
        return place;
    }
    let (doubling, step) = (place / STEPS - 1, place % STEPS);
    ((STEPS + step + 1) << doubling) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_below_its_bucket_edge_and_near_it() {
        for micros in (0..5000).chain([65_535, 65_536, 1_000_000, 59_999_999]) {
            let edge = upper_edge(place(micros) as u64);
            assert!(edge >= micros, "{micros} above {edge}");
            assert!(edge <= micros + micros / 15, "{micros} far below {edge}");
        }
    }

    #[test]
    fn quantiles_of_a_hundred() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|micros| histogram.record(micros * 100));
        assert_eq!(histogram.count(), 100);
        assert!((5000..=5400).contains(&histogram.quantile(0.5)), "{}", histogram.quantile(0.5));
        assert!((9900..=10_000).contains(&histogram.quantile(0.99)));
        assert_eq!(histogram.max(), 10_000);
    }
}
