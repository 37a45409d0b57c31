BEGIN TRANSACTION;
CREATE TABLE anchor (
    set_name TEXT NOT NULL, position INTEGER NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
    PRIMARY KEY (set_name, position));
INSERT INTO "anchor" VALUES('new',0,10.5,20.0);
INSERT INTO "anchor" VALUES('current',0,10.0,13.0);
CREATE TABLE anchor_box (width REAL NOT NULL, height REAL NOT NULL, class INTEGER NOT NULL);
INSERT INTO "anchor_box" VALUES(10.0,20.0,0);
CREATE TABLE anchor_metric (
    set_name TEXT PRIMARY KEY, fitness REAL NOT NULL, bpr REAL NOT NULL, aat REAL NOT NULL,
    mean_iou REAL NOT NULL);
INSERT INTO "anchor_metric" VALUES('new',0.75,0.99,3.5,0.5);
CREATE TABLE box_loss (
    image TEXT NOT NULL, line INTEGER NOT NULL, class INTEGER NOT NULL, cx REAL NOT NULL,
    cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL, matches INTEGER NOT NULL, box REAL NOT NULL,
    obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL, gradient_norm_box REAL NOT NULL,
    gradient_norm_obj REAL, gradient_norm_cls REAL NOT NULL, PRIMARY KEY (image, line));
INSERT INTO "box_loss" VALUES('images/train/a.jpg',1,0,0.5,0.5,0.25,0.125,3,0.1,0.2,0.3,1.0,0.5,NULL,0.25);
CREATE TABLE decision (
    id TEXT PRIMARY KEY, decision TEXT NOT NULL, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL,
    label TEXT, row TEXT, is_applied INTEGER NOT NULL);
INSERT INTO "decision" VALUES('0123456789abcdef','accept','images/train/a.jpg',1,'class','[0,0.5,0.5,0.25,0.125]','[1,0.5,0.5,0.25,0.125]',1);
INSERT INTO "decision" VALUES('11','reject','images/train/it''s “é”.jpg',NULL,'missing',NULL,'[1,0.1,0.1,0.1,0.1]',0);
INSERT INTO "decision" VALUES('22','unsure','images/val/b.jpg',12,'spurious','[0,0.1,0.2,0.3,0.4]',NULL,0);
INSERT INTO "decision" VALUES('33','accept','images/val/c.jpg',NULL,'check',NULL,NULL,1);
CREATE TABLE finding (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL, severity TEXT NOT NULL, file TEXT NOT NULL, line INTEGER,
    "column" INTEGER, message TEXT NOT NULL, effect TEXT NOT NULL, fix TEXT NOT NULL);
INSERT INTO "finding" VALUES(1,'B003','warning','labels/train/it''s “é”.txt',2,NULL,'over the edge','kept: the trainer reads it so','clip it');
CREATE TABLE image_loss (
    image TEXT PRIMARY KEY, split TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    boxes INTEGER NOT NULL, loss REAL, box REAL, obj REAL, cls REAL, dfl REAL, share REAL, intensity REAL,
    gradient_norm REAL, gradient_norm_backbone REAL, gradient_norm_neck REAL, gradient_norm_head REAL,
    energy_share REAL, projection_share REAL, leave_one_out_cosine REAL, robust_z REAL,
    clip_ratio_10 REAL, clip_ratio_1 REAL, loss_mean REAL, loss_spread REAL,
    loss_forgotten REAL, fold INTEGER, probability REAL, rank INTEGER NOT NULL, reason TEXT NOT NULL, problem TEXT);
INSERT INTO "image_loss" VALUES('images/train/a.jpg','train',640,480,1,0.1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.5,NULL,0.25,NULL,NULL,2,NULL,1,'much loss',NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO "meta" VALUES('schema_version','2');
INSERT INTO "meta" VALUES('finished.labels','1a');
INSERT INTO "meta" VALUES('finished.anchors','2b');
INSERT INTO "meta" VALUES('finished.toxic','3c');
INSERT INTO "meta" VALUES('finished.probe','4d');
CREATE TABLE prediction (
    image TEXT NOT NULL, class INTEGER NOT NULL, confidence REAL NOT NULL, cx REAL NOT NULL,
    cy REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL);
INSERT INTO "prediction" VALUES('images/train/a.jpg',0,0.9,0.5,0.5,0.25,0.25);
CREATE TABLE suspicion (
    id TEXT PRIMARY KEY, image TEXT NOT NULL, line INTEGER, kind TEXT NOT NULL, score REAL NOT NULL,
    impact REAL NOT NULL, class INTEGER, cx REAL, cy REAL, w REAL, h REAL, evidence TEXT NOT NULL);
INSERT INTO "suspicion" VALUES('0123456789abcdef','images/train/a.jpg',1,'class',0.9,0.1,1,0.5,0.5,0.25,0.125,'looks like a square');
CREATE TABLE training_step (
    fold INTEGER NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL, loss REAL NOT NULL,
    box REAL NOT NULL, obj REAL, cls REAL NOT NULL, gradient_norm REAL NOT NULL,
    clip_ratio REAL NOT NULL, rate REAL NOT NULL, PRIMARY KEY (fold, step));
INSERT INTO "training_step" VALUES(1,1,1,2.0,1.0,NULL,0.5,3.0,0.5,0.01);
CREATE INDEX prediction_image ON prediction (image);
COMMIT;
