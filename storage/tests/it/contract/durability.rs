//! What was answered is there.

use super::concurrency::count_up;
use crate::support::Place;
use skranke_core::ports::{Need, Store};

pub async fn an_answered_change_is_there_for_others_at_once(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    for n in 1..=20 {
        assert_eq!(count_up(&one, "n").await, n);
        let need = Need {
            memories: vec!["n".to_owned()],
            ..Need::default()
        };
        assert_eq!(other.look(need).await.unwrap().memories[0], Some(n.to_string()));
    }
    // As after a crash: a copy of the files as they are, while the store is open, is a whole database.
    if let Some(file) = place.file() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("test.db");
        std::fs::copy(file, &copy).unwrap();
        std::fs::copy(file.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
        let after = skranke_storage::open(&format!("sqlite:{}", copy.display())).await.unwrap();
        assert_eq!(count_up(&after, "n").await, 21);
    }
}
