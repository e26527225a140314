import type { overview as english } from '../../en/books/overview'
import { hooks } from './hooks'
import { sharing } from './sharing'

export const overview: typeof english = {
  crawl: {
    title: '内容读取',
    never: '尚未读取',
    neverHelp: '镜像仓库可访问后，Roadstead 会自动读取：先读取名称，再读取标签，最后读取标签指向的内容。',
    status: {
      running: '读取中',
      paused: '等待中',
      finished: '已是最新',
      cancelled: '已停止',
    },
    phase: {
      names: '正在读取镜像库名称',
      tags: '正在读取标签',
      manifests: '正在读取清单',
    },
    step: (number) => `第 ${number} 步，共 3 步`,
    progress: '当前步骤的进度',
    pausedHelp: '恢复后会从中断处自动继续。',
    cancelledHelp: '此前已读取的内容会保留。',
    readAgain: '立即重新读取',
    readNow: '立即读取',
    stop: '停止读取',
    started: '该镜像仓库已加入读取队列，轮到时立即读取。',
    stopped: '已停止读取，已读取的内容会保留。',
    of: (done, all) => `${done} / ${all}`,
    listed: '镜像库',
    tags: '标签',
    manifests: '清单',
    requests: '请求数',
    rate: '速度',
    perMinute: (count) => `每分钟 ${count} 个请求`,
    remaining: (time) => `预计还需 ${time}`,
    began: '开始时间',
    ended: '结束时间',
    next: '下次读取',
    inTime: (time) => `${time}后`,
    soon: '即将开始',
    skipped: '已跳过的名称',
    lastTrouble: '最近的问题',
    broken: (count) => `${count} 个镜像库无法读取`,
    brokenHelp: '其余镜像库不受影响，具体原因见镜像库列表。',
    brokenLink: '查看镜像库',
    failedTitle: '无法加载读取进度',
  },

  history: {
    title: '变化趋势',
    storage: '存储用量',
    tags: '标签',
    change: (from, to, fromDay, toDay) => `${fromDay}为 ${from}，${toDay}为 ${to}`,
    none: '暂无数据，系统每天记录一次。',
    first: '今天是第一天有数据，从明天起显示趋势线。',
    failedTitle: '无法加载统计数据',
  },

  largest: {
    title: '占用空间最大的镜像库',
    none: '暂无大小数据，读取清单后显示。',
    spaces: '占用空间最大的镜像空间',
    noneOfSpaces: '此镜像仓库未提供各镜像空间的占用大小。',
  },

  hooks,
  sharing,
}
