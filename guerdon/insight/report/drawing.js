"use strict";
(function () {
  const language = document.documentElement.lang;
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  // Readable on paper too: a page that is dark on the screen prints on white.
  const ink = dark ? "#8791a3" : "#3b4454";
  const font = window.getComputedStyle(document.body).fontFamily;
  const short_name = (name) => (name.length > 18 ? name.slice(0, 17) + "…" : name);
  const line = dark ? "#3a4252" : "#dfe3ea";
  const colours = ["#2f6fde", "#9aa7bd", "#2a9d8f", "#e9a23b", "#c0504d", "#7b5cc4", "#4f9bd9", "#6b8e23"];
  const drawn = [];
  for (const place of document.querySelectorAll("[data-chart]")) {
    const told = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const whole = new Intl.NumberFormat(language, { maximumFractionDigits: told.digits });
    const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
    const option = told.option;
    if (option.xAxis.type === "value" && place.clientWidth < 480) option.xAxis.splitNumber = 2;
    for (const axis of [option.xAxis, option.yAxis]) {
      axis.axisLabel = Object.assign({ color: ink, hideOverlap: true }, axis.axisLabel);
      if (axis.type === "category" && axis.data.length <= 4) axis.axisLabel.interval = 0;
      axis.axisLine = { lineStyle: { color: line } };
      axis.splitLine = { lineStyle: { color: line } };
      if (axis.type === "value") axis.axisLabel.formatter = (value) => short.format(value);
      else if (axis === option.yAxis) axis.axisLabel.formatter = short_name;
    }
    for (const series of option.series) {
      // One month alone is a point and no line: without its symbol nothing would be seen.
      if (series.type === "line") series.showSymbol = series.data.length < 2;
      series.animation = false;
    }
    option.color = colours;
    option.textStyle = { fontFamily: font, color: ink };
    option.grid = { left: 8, right: 16, top: option.series.length > 1 ? 44 : 16, bottom: 8, containLabel: true };
    option.tooltip = { trigger: "axis", valueFormatter: (value) => whole.format(value), confine: true };
    if (option.series.length > 1) option.legend = { type: "scroll", top: 0, textStyle: { color: ink } };
    place.style.height = place.dataset.height + "px";
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option);
    drawn.push(chart);
  }
  const fit = () => drawn.forEach((chart) => chart.resize());
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", () => {
    for (const numbers of document.querySelectorAll("details")) numbers.open = true;
    fit();
  });
})();
