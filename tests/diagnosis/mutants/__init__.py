"""Tek değişiklikli mutantlar: öğretilen her yöntemin tek bir yeri değişmiş bütün yazımları."""
