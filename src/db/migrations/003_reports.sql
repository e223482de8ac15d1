-- What reports say of a user's detector besides its id, and how many findings there were before a change.
ALTER TABLE finding ADD COLUMN rule_title TEXT;
ALTER TABLE finding ADD COLUMN rule_category TEXT;
ALTER TABLE change ADD COLUMN before_count INTEGER CHECK(before_count >= 0);
