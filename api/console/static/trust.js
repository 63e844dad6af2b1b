// Draws the charts of the trust page in the page's own colours, light or dark, and prints the weekly report.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const percent = (share) => `${Math.round(share * 100)}%`;

  function palette() {
    return {
      text: colour("--quiet"), line: colour("--line"), sheet: colour("--sheet"),
      good: colour("--good"), bad: colour("--bad"), accent: colour("--accent"), warn: colour("--warn"),
    };
  }

  function frame(c) {
    return {
      animation: false,
      textStyle: { color: c.text, fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: c.text }, itemWidth: 12, itemHeight: 10, type: "scroll" },
      // rich text: what is drawn as HTML would need inline styles, which the page forbids
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: c.sheet, borderColor: c.line, textStyle: { color: c.text } },
    };
  }

  const axis = (c, more) => ({
    axisLabel: { color: c.text, hideOverlap: true }, axisLine: { lineStyle: { color: c.line } },
    splitLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, ...more,
  });

  const bar = (name, data, color) => ({ name, type: "bar", stack: "all", data, itemStyle: { color }, barMaxWidth: 36 });

  const kinds = {
    weeks(data, c) {
      const [right, wrong, open, line] = data.names;
      return {
        ...frame(c),
        xAxis: axis(c, { type: "category", data: data.at.map((day) => day.slice(5)) }),
        yAxis: [axis(c, { type: "value", minInterval: 1 }), axis(c, { type: "value", min: 0, max: 1, splitLine: { show: false }, axisLabel: { color: c.text, formatter: percent } })],
        series: [
          bar(right, data.series[0], c.good), bar(wrong, data.series[1], c.bad), bar(open, data.series[2], c.line),
          { name: line, type: "line", yAxisIndex: 1, data: data.series[3], symbolSize: 7, itemStyle: { color: c.accent }, lineStyle: { color: c.accent, width: 2 }, tooltip: { valueFormatter: (v) => (v == null ? "–" : percent(v)) } },
        ],
      };
    },
    bins(data, c) {
      const most = Math.max(...data.points.map((point) => point[2]));
      return {
        ...frame(c),
        tooltip: { ...frame(c).tooltip, trigger: "item", formatter: ({ value }) => (value.length > 2 ? `${percent(value[0])} → ${percent(value[1])} (${value[2]})` : "") },
        xAxis: axis(c, { type: "value", min: 0, max: 1, axisLabel: { color: c.text, formatter: percent } }),
        yAxis: axis(c, { type: "value", min: 0, max: 1, axisLabel: { color: c.text, formatter: percent } }),
        series: [
          { name: data.names[1], type: "line", data: [[0, 0], [1, 1]], symbol: "none", silent: true, lineStyle: { color: c.text, type: "dashed", width: 1 }, itemStyle: { color: c.text } },
          { name: data.names[0], type: "line", data: data.points, symbol: "circle", symbolSize: (point) => 6 + 14 * Math.sqrt(point[2] / most), itemStyle: { color: c.accent }, lineStyle: { color: c.accent } },
        ],
      };
    },
    work(data, c) {
      const colours = [c.accent, c.good, c.warn, c.bad, c.text, c.line];
      return {
        ...frame(c),
        xAxis: axis(c, { type: "category", data: data.at.map((day) => day.slice(5)) }),
        yAxis: axis(c, { type: "value", minInterval: 1 }),
        series: data.names.map((name, i) => bar(name, data.series[i], colours[i % colours.length])),
      };
    },
  };

  function draw() {
    const c = palette();
    for (const place of document.querySelectorAll("[data-chart]")) {
      const data = JSON.parse(place.dataset.chart);
      const chart = echarts.getInstanceByDom(place) || echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(kinds[data.kind](data, c), true);
    }
  }

  if (window.echarts) {
    draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    new ResizeObserver(() => {
      for (const place of document.querySelectorAll("[data-chart]")) echarts.getInstanceByDom(place)?.resize();
    }).observe(document.getElementById("main"));
  }

  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
})();
