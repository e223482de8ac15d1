-- A canary record that was opened is an incident: which one, once.
ALTER TABLE canary_alert ADD COLUMN incident_id INTEGER REFERENCES incident(id);
CREATE INDEX canary_alert_open ON canary_alert(at_us) WHERE incident_id IS NULL;
