//! Words as a language uses them: few of them all the time, most of them hardly ever (Zipf).

use crate::random::Random;

/// Words in order of frequency.
#[derive(Debug)]
pub struct Vocabulary {
    words: Vec<String>,
    /// Weights up to and with each word. Whole numbers: the same draw on every machine.
    weights: Vec<u64>,
}

impl Vocabulary {
    /// Ranks the words as they come: the word at rank r is drawn in proportion to 1 / (r + `flatness`).
    pub fn new(words: Vec<String>, flatness: u64) -> Vocabulary {
        let mut sum = 0;
        let weights = (0..words.len() as u64)
            .map(|rank| {
                sum += 1_000_000_000 / (rank + flatness.max(1));
                sum
            })
            .collect();
        Vocabulary { words, weights }
    }

    /// The words of a text, blanks between them, `_` for a blank within one.
    pub fn of_text(text: &str, flatness: u64) -> Vocabulary {
        Vocabulary::new(text.split_whitespace().map(|word| word.replace('_', " ")).collect(), flatness)
    }

    /// A language: its common words, then compounds of stem and ending, then of two stems and ending, up to `count` words.
    pub fn of_language(common: &str, stems: &str, endings: &str, count: usize) -> Vocabulary {
        let stems: Vec<&str> = stems.split_whitespace().collect();
        let endings: Vec<&str> = endings.split_whitespace().collect();
        let mut words: Vec<String> = common.split_whitespace().map(str::to_owned).collect();
        // Mixed, or all compounds of one stem would stand together in rank.
        let mut random = Random::new(words.len() as u64);
        let mut one_of = |from: &[&str]| from.get(random.index(from.len())).copied().unwrap_or_default().to_owned();
        // No more short ones than leave enough unused that the next is soon found.
        let short = (count / 3).min(words.len() + stems.len() * endings.len() / 2);
        let mut seen: std::collections::BTreeSet<String> = words.iter().cloned().collect();
        while words.len() < count {
            let long = words.len() >= short;
            let first = if long { one_of(&stems) } else { String::new() };
            let word = first + &one_of(&stems) + &one_of(&endings);
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        Vocabulary::new(words, 4)
    }

    /// A word.
    pub fn draw(&self, random: &mut Random) -> &str {
        let place = random.below(self.weights.last().copied().unwrap_or(0));
        let rank = self.weights.partition_point(|upto| *upto <= place);
        self.at(rank)
    }

    /// The word of a rank; empty beyond the last.
    pub fn at(&self, rank: usize) -> &str {
        self.words.get(rank).map_or("", String::as_str)
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_comes_most() {
        let words = Vocabulary::of_text("one two three four_five", 1);
        let mut random = Random::new(7);
        let mut counts = [0; 4];
        for _ in 0..4000 {
            let drawn = words.draw(&mut random);
            counts[(0..4).find(|rank| words.at(*rank) == drawn).unwrap()] += 1;
        }
        assert!(
            counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > counts[3],
            "{counts:?}"
        );
        assert_eq!(words.at(3), "four five");
    }

    #[test]
    fn a_language_has_as_many_words_as_asked_for() {
        let language = Vocabulary::of_language("the of", "river stone", "s ford", 8);
        assert_eq!(language.len(), 8);
    }
}
