"""Object-relational mappers: models, and the SQL that their use stands for."""
