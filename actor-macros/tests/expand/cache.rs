#[actor(unbounded)]
#[derive(Debug)]
pub(crate) struct Cache<K: Hash, V = u8, const N: usize = 3>
where
    V: Clone,
{
    map: HashMap<K, V>,
}

#[actor]
impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize> shop::Cache<K, V, N>
where
    Self: Sized,
{
    pub fn get(&self, key: K) -> Option<V> {
        self.map.get(&key).cloned()
    }

    pub fn all(&self, others: Vec<Self>, numbers: [u8; Self::SIZE]) -> <Self as Trait>::Item {
        others
    }
}
