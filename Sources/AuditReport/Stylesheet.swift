/// The page's look: one measure, two schemes, no network.
enum Stylesheet {
    static let text = """
        :root { color-scheme: light dark; --ground: #f6f7f9; --paper: #fff; --ink: #17202b; --soft: #5b6675; --line: #e1e5ea;
          --accent: #1769aa; --bar: #7aa7cf; --error: #b3261e; --warning: #8a5a00; --note: #44566c; --good: #1b6e3c; }
        @media (prefers-color-scheme: dark) { :root { --ground: #10151b; --paper: #182029; --ink: #e8edf3; --soft: #9eabba;
          --line: #2a3541; --accent: #6db3ec; --bar: #3f74a3; --error: #ff8a80; --warning: #f2bd5c; --note: #a9bbd0; --good: #7fd6a0; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI",
          Roboto, "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums; }
        main, header > div { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
        header { background: var(--paper); border-bottom: 1px solid var(--line); padding: 28px 0 22px; }
        h1 { font-size: 26px; margin: 0; letter-spacing: -0.02em; } h1 small { color: var(--soft); font-weight: 400; }
        header p { margin: 4px 0 0; color: var(--soft); overflow-wrap: anywhere; }
        nav a { margin-right: 18px; } nav { margin-top: 12px; }
        a { color: var(--accent); text-decoration: none; } a:hover, a:focus-visible { text-decoration: underline; }
        .two + details { margin-top: 16px; } h2 { font-size: 19px; margin: 40px 0 14px; letter-spacing: -0.01em; } h3 { font-size: 15px; margin: 0; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 16px; margin-top: 26px; }
        .card, .panel { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; }
        .card .headline { font-size: 21px; font-weight: 600; letter-spacing: -0.01em; margin: 2px 0 10px; line-height: 1.25; }
        .card h3 { color: var(--soft); font-weight: 500; } dl { margin: 0; display: grid; grid-template-columns: 1fr auto; gap: 3px 14px; }
        dt { color: var(--soft); } dd { margin: 0; text-align: right; }
        .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 7px 10px 7px 0; vertical-align: top;
          border-bottom: 1px solid var(--line); } thead th { color: var(--soft); font-weight: 500; } tbody th { font-weight: 500; }
        .num { text-align: right; } td.file { overflow-wrap: anywhere; } .scroll { overflow-x: auto; }
        .error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); } .good { color: var(--good); }
        .tag { font-weight: 600; white-space: nowrap; } .soft { color: var(--soft); }
        details summary { cursor: pointer; padding: 8px 0; } ol.steps { margin: 0; padding-left: 22px; } ol.steps li { margin: 4px 0; }
        figure { margin: 0; } figcaption { color: var(--soft); font-size: 13px; margin-top: 6px; } svg { display: block; width: 100%; }
        svg text { fill: var(--soft); font-size: 11px; } .bar { fill: var(--bar); } .axis, .grid { stroke: var(--line); }
        .mark { stroke: var(--accent); stroke-dasharray: 3 3; } .dot { fill: var(--bar); fill-opacity: .5; }
        .new { stroke: var(--accent); stroke-width: 2.5; } .old { stroke: var(--error); stroke-width: 1.6; }
        .key-new { color: var(--accent); } .key-old { color: var(--error); } .meter { height: 8px; margin-top: 8px; } .wide { width: 55%; } .heat { max-width: 300px; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 18px; }
        .shot { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; display: flex;
          flex-direction: column; } .shot .frame { position: relative; background: #0b0e12; } .shot img { display: block; width: 100%; height: auto; }
        .shot .frame svg { position: absolute; inset: 0; width: 100%; height: 100%; } .shot .body { padding: 14px 16px 16px; }
        .shot .body h3 { overflow-wrap: anywhere; } .shot p { margin: 6px 0 10px; } .shot dl { font-size: 13px; grid-template-columns: 1fr auto 1fr auto; }
        .frame rect { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; } .frame rect.sus { stroke: #ff3b30; stroke-width: 2.6; stroke-dasharray: 6 3; }
        .legend { display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 0 0 14px; color: var(--soft); font-size: 13px; }
        .legend svg { width: 12px; height: 12px; display: inline-block; vertical-align: -1px; margin-right: 5px; }
        ul.why { margin: 8px 0 0; padding-left: 18px; font-size: 13px; color: var(--soft); }
        .review-tools, .review-buttons { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; }
        .review-tools { margin-bottom: 10px; } .review-progress { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin-bottom: 12px; }
        .review-body { display: grid; grid-template-columns: minmax(240px, 330px) 1fr; gap: 16px; } #review { padding: 16px; }
        #review select, #review input, #review button { font: inherit; color: var(--ink); background: var(--ground); border: 1px solid var(--soft);
          border-radius: 6px; padding: 4px 8px; } #review button { cursor: pointer; padding: 6px 12px; } #review input[type=number] { width: 5.5em; }
        #review :focus-visible, nav a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
        #review-list { position: relative; overflow-y: auto; height: min(74vh, 860px); border: 1px solid var(--line); border-radius: 8px; }
        #review-list-inner { position: relative; } .review-row { position: absolute; left: 0; right: 0; height: 76px; display: flex; gap: 10px;
          padding: 6px 10px; border-bottom: 1px solid var(--line); cursor: pointer; font-size: 13px; line-height: 1.4; }
        .review-row > div { flex: 1; min-width: 0; } .review-row bdi { color: var(--soft); display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .review-head { font-weight: 600; } .review-row[aria-selected=true] { background: color-mix(in srgb, var(--accent) 18%, transparent); }
        .review-row canvas { width: 64px; height: 64px; border-radius: 5px; flex: none; } .mark { font-size: 18px; width: 1em; }
        [data-state=accept] .mark { color: var(--good); } [data-state=reject] .mark { color: var(--error); } [data-state=unsure] .mark { color: var(--warning); }
        #review-detail { min-width: 0; } #review-detail h3 { overflow-wrap: anywhere; } #review-detail p { margin: 4px 0 8px; }
        .review-canvas { background: #0b0e12; border-radius: 8px; overflow: hidden; } #review-canvas { display: block; margin: 0 auto; touch-action: none; cursor: crosshair; }
        kbd { font: 12px ui-monospace, monospace; border: 1px solid var(--soft); border-radius: 4px; padding: 0 5px; }
        footer { color: var(--soft); padding: 40px 0 60px; font-size: 13px; }
        @media (max-width: 560px) { main, header > div { padding: 0 14px; } .gallery { grid-template-columns: 1fr; } h1 { font-size: 22px; }
          .two { grid-template-columns: 1fr; } }
        @media (max-width: 820px) { .review-body { grid-template-columns: 1fr; } #review-list { height: 240px; } }
        """

    /// Colours for classes that are told apart on photographs.
    static let classColours = [
        "#34c3ff", "#ffd166", "#8ce99a", "#f783ff", "#ff9f5a", "#b197fc", "#63e6be", "#ffa8c5", "#d0f05a", "#74a9ff",
    ]

    static func colour(ofClass id: Int) -> String {
        classColours[((id % classColours.count) + classColours.count) % classColours.count]
    }
}
